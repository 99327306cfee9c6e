// All settings are variables of the environment.
const list = (text) => text.split(',').map((each) => each.trim()).filter(Boolean);

module.exports = {
  name: process.env.NAME ?? require('node:os').hostname(),
  port: Number(process.env.PORT ?? 3000),
  loggers: list(process.env.LOGGERS ?? 'http://localhost:3001'),
  readers: list(process.env.READERS ?? 'http://localhost:3002'),
  members: list(process.env.HAZELCAST ?? 'localhost:5701'),
  cluster: process.env.CLUSTER ?? 'dev',
};
