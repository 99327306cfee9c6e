const { randomUUID } = require('node:crypto');
const { connect } = require('./hazelcast');
const { Refused, askOne, post, serve } = require('./http');
const { loggers, port, readers } = require('./settings');

async function main() {
  const queue = await (await connect()).getQueue('notes');

  serve(port, {
    'POST /notes': async (body, headers) => {
      const { text } = body;
      if (typeof text !== 'string' || !text) throw new Refused(400, 'a note has a text');
      const note = { id: headers['idempotency-key'] ?? randomUUID(), text };
      const { by } = await askOne(loggers, '/log', post(note));
      // The note is in the log, so the client need not wait for the queue.
      queue.put(JSON.stringify(note)).catch((error) => console.error(`${note.id} is not in the queue: ${error.message}`));
      return { id: note.id, loggedBy: by };
    },
    'GET /notes': async () => {
      const [log, read] = await Promise.all([askOne(loggers, '/log'), askOne(readers, '/read')]);
      return { log: log.notes, read };
    },
    'GET /health': async () => 'well',
  });
}

main();
