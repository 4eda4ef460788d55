// What makes the pages nicer where scripts run; everything works without.
'use strict'
{
  const root = document.documentElement
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]

  // Times in the reader's zone; of a wait that ends today, no day. Formatters are
  // slow to make: only where there are times.
  const formats = {}
  const local = (within) => {
    for (const time of all('time[datetime]', within)) {
      const at = new Date(time.dateTime)
      const dateStyle = time.closest('.wait') && at.toDateString() === new Date().toDateString() ? undefined : 'medium'
      formats[dateStyle] ??= new Intl.DateTimeFormat(root.lang + '-u-nu-latn', { dateStyle, timeStyle: 'short' })
      time.title = time.textContent
      time.textContent = formats[dateStyle].format(at)
    }
  }
  local(document)

  // A mailed link has its token in the fragment, which no server sees: the
  // form gets it, and where nothing else is asked, is sent.
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  const field = document.querySelector('[data-token]')
  if (token && field) {
    field.value = token
    field.closest('.field').hidden = true
    history.replaceState(null, '', location.pathname + location.search)
    if (field.form.matches('[data-at-once]')) field.form.requestSubmit()
    else field.form.querySelector('input[type=password]')?.focus()
  }

  // Wrong fields are where one goes on.
  document.querySelector('[aria-invalid=true]')?.focus()

  // A form is sent once.
  addEventListener('submit', (e) => {
    if (e.target.dataset.sent) return e.preventDefault()
    e.target.dataset.sent = 'yes'
  })
  addEventListener('pageshow', () => all('[data-sent]').forEach((form) => delete form.dataset.sent))

  for (const button of all('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => print())
  }

  // The widget, where it comes, takes the plain form's place.
  const plain = document.querySelector('[data-plain]')
  const widget = document.querySelector('script[data-mode=page]')
  if (plain && widget && !plain.querySelector('#summary, .preview')) {
    customElements.whenDefined('knowhow-widget').then(() => { plain.hidden = true })
  }
  const opener = document.querySelector('[data-open-widget]')
  opener?.addEventListener('click', (e) => {
    const launcher = document.querySelector('knowhow-widget')?.shadowRoot?.querySelector('.launcher')
    if (!launcher) return
    e.preventDefault()
    launcher.click()
  })

  // Who asked in the widget on our pages finds their questions here too.
  const adopt = document.querySelector('form[data-adopt]')
  if (adopt) {
    const devices = Object.entries(localStorage).filter(([name]) => /^knowhow:[0-9a-f-]{36}$/.test(name)).map(([, kept]) => {
      try { return JSON.parse(kept).device } catch { return undefined }
    }).filter(Boolean)
    Promise.all(devices.slice(0, 4).map((device) =>
      fetch(adopt.action, { method: 'POST', body: new URLSearchParams({ device }), redirect: 'manual' }),
    )).then((answers) => answers.some((a) => a.type === 'opaqueredirect') && location.reload())
  }

  // A question that is open looks for news, and says that there are some; what
  // is forecast of its wait changes where it stands.
  const thread = document.querySelector('[data-watch]')
  if (thread) {
    const look = async () => {
      if (document.hidden) return
      const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' } }).catch(() => undefined)
      if (!answer?.ok) return
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const [said, says] = [thread, page].map((of) => of.querySelector('[data-forecast]'))
      if (said && says) {
        said.replaceChildren(...says.childNodes)
        local(said)
      }
      const stamp = page.querySelector('[data-stamp]')?.dataset.stamp
      if (!stamp || stamp === thread.dataset.stamp) return
      clearInterval(timer)
      const news = document.createElement('p')
      news.className = 'notice good news'
      news.setAttribute('role', 'status')
      document.body.append(news)
      const link = document.createElement('a')
      link.href = location.pathname + '#latest'
      link.textContent = thread.dataset.watch
      link.addEventListener('click', (e) => { e.preventDefault(); location.hash = 'latest'; location.reload() })
      news.append(link)
    }
    const timer = setInterval(look, 10000)
  }
}
