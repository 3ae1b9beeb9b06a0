/** Images that a browser can show without running anything. */
export const shownTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** What a customer sent, as a download; `isInline` shows an image of a safe type in the page. */
export function attachmentResponse(
  file: { name: string; mediaType: string; content: Uint8Array },
  isInline: boolean,
): Response {
  const isShown = isInline && shownTypes.includes(file.mediaType)
  return new Response(Buffer.from(file.content), {
    headers: {
      'content-type': isShown ? file.mediaType : 'application/octet-stream',
      'content-disposition': dispositionOf(isShown ? 'inline' : 'attachment', file.name),
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=3600',
    },
  })
}

/** A header that every browser reads, whatever the name is. */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_')
  const exact = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`
}
