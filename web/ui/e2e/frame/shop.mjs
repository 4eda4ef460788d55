// A brand's own site, at another origin than the program's, with a strict
// policy: scripts and connections to the program only, no styles at all.
import http from 'node:http';
import { trusted } from './trust.mjs';

/** Serves a page with the widget's one tag; attributes are its data-…, as they are when the page is asked for. */
export async function shop(house, said = {}) {
  const server = http.createServer((_, answer) => {
    const { lang = 'en', ...attributes } = said;
    const tag = Object.entries({ program: house.program, ...attributes })
      .map(([name, value]) => ` data-${name}="${String(value).replace(/[&"<]/g, (c) => `&#${c.charCodeAt(0)};`)}"`)
      .join('');
    answer.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer.setHeader('Content-Security-Policy', `default-src 'none'; script-src ${house.url}; connect-src ${house.url}; img-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`);
    answer.end(`<!doctype html><html lang="${lang}"><head><meta name="viewport" content="width=device-width"><title>The Brindle Box</title></head><body><main><h1>The Brindle Box</h1><p>${'Good to know. '.repeat(200)}</p></main><script src="${house.url}/widget.js"${tag} async></script></body></html>`);
  });
  await new Promise((open) => server.listen(0, '127.0.0.1', open));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
}

/** Such a site for a test: the program trusts it, pages may ask it, and it is closed at the end. */
export async function ownSite({ house, browser, later }, attributes) {
  const site = await shop(house, attributes);
  later(site.close);
  browser.trust(site.url);
  await trusted(house, site);
  return site;
}
