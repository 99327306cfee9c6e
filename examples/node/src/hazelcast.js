const { Client } = require('hazelcast-client');
const { cluster, members } = require('./settings');

// The defaults wait two minutes for an answer, and one for a member that has gone silent.
const PATIENCE = {
  'hazelcast.client.invocation.timeout.millis': 4000,
  'hazelcast.client.heartbeat.interval': 1000,
  'hazelcast.client.heartbeat.timeout': 4000,
};

async function connect() {
  const client = await Client.newHazelcastClient({
    clusterName: cluster,
    network: { clusterMembers: members },
    properties: PATIENCE,
  });
  process.on('SIGTERM', () => client.shutdown().finally(() => process.exit(0)));
  return client;
}

module.exports = { connect };
