/**
 * Draws a chat button on any page: <script src="https://<this server>/chat.js" defer></script>
 * The chat itself is a frame of this server's /chat: the site's styles and scripts can't reach into it, nor it out.
 */
{
  const chat = new URL('chat', document.currentScript.src)
  // Where the visitor is, without what may be private in an address.
  chat.hash = new URLSearchParams({ page: (location.origin + location.pathname).slice(0, 1000) })

  const style = new CSSStyleSheet()
  style.replaceSync(`
    :host { all: initial; color-scheme: light dark; }
    [hidden] { display: none !important; }
    button {
      position: fixed; inset: auto 20px 20px auto; z-index: 2147483001; width: 56px; height: 56px; padding: 15px;
      border: 0; border-radius: 50%; background: #1f5fd6; color: #fff; cursor: pointer;
      box-shadow: 0 4px 16px rgb(0 0 0 / 25%);
    }
    button:hover { background: #2a6bea; }
    button:focus-visible { outline: 3px solid #78a9ff; outline-offset: 2px; }
    svg { display: block; width: 26px; height: 26px; fill: currentcolor; }
    span {
      position: absolute; inset: -4px -4px auto auto; min-width: 22px; padding: 0 6px; border-radius: 11px;
      box-sizing: border-box; background: #c62828; color: #fff; font: 600 13px/22px system-ui, sans-serif;
    }
    div {
      position: fixed; inset: auto 20px 88px auto; z-index: 2147483000; box-sizing: border-box;
      width: 384px; height: min(600px, 100dvh - 108px); border-radius: 16px; overflow: hidden;
      background: light-dark(#fff, #161b22); color: light-dark(#1a2230, #e8edf4); font: 16px/1.45 system-ui, sans-serif;
      border: 1px solid light-dark(#dbe1e9, #2d3643); box-shadow: 0 8px 32px rgb(0 0 0 / 20%);
    }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    p { margin: 24px; }
    @media (max-width: 480px) {
      div { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
      div:not([hidden]):has(iframe) + button { display: none; }
    }
    @media print { div, button { display: none; } }
  `)

  const host = document.createElement('deskbell-chat')
  const shadow = host.attachShadow({ mode: 'open' })
  shadow.adoptedStyleSheets = [style]
  shadow.innerHTML = `
    <div hidden></div>
    <button type="button" aria-expanded="false">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3C6.5 3 2 6.6 2 11c0 2.4 1.3 4.5 3.4 6L4.6 21l4.5-2.3c.9.2 1.9.3 2.9.3 5.5 0 10-3.6 10-8s-4.5-8-10-8Z"/></svg>
      <span hidden></span>
    </button>`
  const [panel, button, badge] = ['div', 'button', 'span'].map((name) => shadow.querySelector(name))
  let frame
  let isReady = false

  /** The frame is made when it is needed: at the first click, or when this browser has chatted here before. */
  const makeFrame = () => {
    frame = document.createElement('iframe')
    frame.title = 'Chat'
    frame.src = chat.href
    // A refused frame loads too, but says nothing.
    frame.addEventListener('load', () => setTimeout(explain, 3000))
    panel.append(frame)
  }
  const explain = () => {
    if (isReady) return
    const notice = document.createElement('p')
    notice.textContent = `The chat can't be shown on this page. Its operator has to add ${location.origin} to LIVE_CHAT_ORIGINS.`
    panel.replaceChildren(notice)
  }
  const tellFrame = () => frame.contentWindow?.postMessage({ deskbell: panel.hidden ? 'closed' : 'open' }, chat.origin)
  const label = (unread = 0) => {
    badge.textContent = unread > 9 ? '9+' : String(unread)
    badge.hidden = unread === 0 || !panel.hidden
    button.ariaLabel = panel.hidden ? `Open chat${unread > 0 ? `, ${unread} unread` : ''}` : 'Close chat'
    button.ariaExpanded = String(!panel.hidden)
  }
  const toggle = (isOpen) => {
    panel.hidden = !isOpen
    label()
    if (isOpen && !frame) makeFrame()
    remember()
    tellFrame()
    if (!isOpen) button.focus()
  }
  const remember = () => {
    try {
      localStorage.setItem('deskbell:chatted', 'yes')
    } catch {
      // The badge won't show after a reload.
    }
  }
  const hasChatted = () => {
    try {
      return localStorage.getItem('deskbell:chatted') === 'yes'
    } catch {
      return false
    }
  }

  button.addEventListener('click', () => toggle(panel.hidden))
  shadow.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !panel.hidden) toggle(false)
  })
  addEventListener('message', (event) => {
    if (event.source !== frame?.contentWindow || event.origin !== chat.origin) return
    const said = event.data?.deskbell
    if (said === 'close') return toggle(false)
    if (!isReady) {
      isReady = true
      tellFrame()
    }
    if (typeof said?.unread === 'number') label(said.unread)
  })

  label()
  document.body.append(host)
  if (hasChatted()) makeFrame()
}
