const { connect } = require('./hazelcast');
const { serve } = require('./http');
const { name, port } = require('./settings');

const WAIT_MS = 500;
const notes = [];
let stopping = false;

async function read(queue) {
  while (!stopping) {
    try {
      const item = await queue.poll(WAIT_MS);
      if (item) notes.push(JSON.parse(item));
    } catch (error) {
      console.error(`queue: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

async function main() {
  const queue = await (await connect()).getQueue('notes');
  process.on('SIGTERM', () => { stopping = true; });
  serve(port, { 'GET /read': async () => ({ by: name, notes }) });
  await read(queue);
}

main();
