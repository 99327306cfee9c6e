const http = require('node:http');

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'the body is no JSON');
  }
}

// Each answer is {ok: true, data} or {ok: false, error}.
function serve(port, routes) {
  const server = http.createServer(async (request, response) => {
    const reply = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    try {
      const route = routes[`${request.method} ${request.url.split('?')[0]}`];
      if (!route) throw new Refused(404, 'there is nothing here');
      reply(request.method === 'POST' ? 201 : 200, { ok: true, data: await route(await bodyOf(request), request.headers) });
    } catch (error) {
      reply(error.status ?? 502, { ok: false, error: error.message });
    }
  });
  server.listen(port, '0.0.0.0', () => console.log(`listening on ${port}`));
}

// The data of the first instance that answers, in an order of chance.
async function askOne(urls, path, options = {}) {
  const errors = [];
  for (const url of [...urls].sort(() => Math.random() - 0.5)) {
    try {
      const answer = await fetch(url + path, { ...options, signal: AbortSignal.timeout(5000) });
      const { ok, data, error } = await answer.json();
      if (ok) return data;
      errors.push(`${url}: ${error}`);
    } catch (error) {
      errors.push(`${url}: ${error.cause?.message ?? error.message}`);
    }
  }
  throw new Error(errors.join('; '));
}

const post = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

module.exports = { Refused, askOne, post, serve };
