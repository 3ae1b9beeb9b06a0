import type { WorkspaceIo } from '../workspace.ts'
import { fileFormats, type Download, type FileFormat } from '../found.ts'
import { bytesOf } from '../kit/parts.ts'
import { dispositionOf } from './attachment.ts'

/**
 * A file of any size, sent as fast as the browser takes it; no row is read before there is room for it. When the browser
 * leaves, reading ends; when reading fails, the download breaks off, so that nobody takes a part for the whole.
 */
export function downloadResponse(download: Download, log: WorkspaceIo['log']): Response {
  const bytes = bytesOf(download)
  let isLeft = false
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(browser) {
        try {
          const { done, value } = await bytes.next()
          if (isLeft) return
          if (done) browser.close()
          else browser.enqueue(value)
        } catch (error) {
          log.error('download broke off', {
            file: download.name,
            error: error instanceof Error ? error.name : 'unknown',
          })
          browser.error(error)
        }
      },
      async cancel() {
        isLeft = true
        await bytes.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(stream, {
    headers: {
      'content-type': download.mediaType,
      'content-disposition': dispositionOf('attachment', download.name),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-accel-buffering': 'no',
    },
  })
}

/** "3.csv" in parts; null for what is no file's name. */
export function fileNamed(file: string): { id: string; format: FileFormat } | null {
  const [, id, ending] = /^([\w-]{1,100})\.(\w+)$/.exec(file) ?? []
  const format = fileFormats.find((one) => one === ending)
  return id !== undefined && format ? { id, format } : null
}
