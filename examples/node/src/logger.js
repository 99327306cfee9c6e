const { connect } = require('./hazelcast');
const { serve } = require('./http');
const { name, port } = require('./settings');

async function main() {
  const log = await (await connect()).getMap('notes');
  const own = [];

  serve(port, {
    'POST /log': async ({ id, text }) => {
      await log.set(id, text);
      own.push({ id, text });
      return { by: name };
    },
    'GET /log': async () => ({ notes: [...(await log.entrySet())].map(([id, text]) => ({ id, text })) }),
    'GET /log/own': async () => ({ notes: own }),
  });
}

main();
