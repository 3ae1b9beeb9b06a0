import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Chart, Report } from '../report.ts'
import { pictureName } from './components/report.ts'
import type { Upload } from './upload.ts'

/** Draws charts for a message. What can't be drawn is left out; never throws. */
export type DrawPictures = (report: Pick<Report, 'charts'>) => Promise<Upload>

/** `draw`: as PNG. */
export function createPictures({ draw, log }: { draw(chart: Chart): Promise<Uint8Array>; log: Log }): DrawPictures {
  return async ({ charts }) => {
    const upload: Upload = { shared: [], files: [] }
    for (const chart of charts) {
      try {
        const data = await draw(chart)
        const name = pictureName(chart)
        upload.shared.push({ attachmentId: chart.id, name, isImage: true })
        upload.files.push({ name, data, contentType: 'image/png' })
      } catch (error) {
        log.warn('a chart was not drawn for Discord', { chart: chart.id, reason: messageOf(error) })
      }
    }
    return upload
  }
}
