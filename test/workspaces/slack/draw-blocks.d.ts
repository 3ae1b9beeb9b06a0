/** Block Kit as HTML, by `slack-blocks-to-jsx`; the props are those of its `Message`. */
export function drawBlocks(props: Record<string, unknown>): string
