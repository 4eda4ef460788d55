// The shell of the expert app, kept so that it opens without a network. What
// the API says is never kept here.
const shell = 'knowhow-shell-__BUILD__';
const first = __FILES__;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(shell)
      .then((cache) => cache.addAll(first))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('knowhow-shell-') && name !== shell).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// page asks the network first and falls back on the kept page.
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const kept = await caches.match('/work');
    return kept ?? Response.error();
  }
}

// asset takes what is kept: a file's name tells its content.
async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const got = await fetch(request);
  if (got.ok) (await caches.open(shell)).put(request, got.clone());
  return got;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(page(event.request));
  else if (url.pathname.startsWith('/app/assets/')) event.respondWith(asset(event.request));
});
