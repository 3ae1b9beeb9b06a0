// Not TypeScript: React's types declare the browser's classes anew, empty, for the whole program.
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { Message } from 'slack-blocks-to-jsx'

export function drawBlocks(props) {
  return renderToStaticMarkup(createElement(Message, props))
}
