import { manifestOf } from './manifest.ts'

const { PUBLIC_URL, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_CLIENT_ID } = process.env
const asked = new Set(process.argv.slice(2))
const isSocketMode = !asked.has('--http') && (!SLACK_SIGNING_SECRET || Boolean(SLACK_APP_TOKEN))
const isOauth = asked.has('--oauth') || Boolean(SLACK_CLIENT_ID)

if (!PUBLIC_URL && (!isSocketMode || isOauth)) {
  process.stderr.write('Set PUBLIC_URL first: Slack must know where this server is reached.\n')
  process.exitCode = 1
} else {
  const manifest = manifestOf({ publicUrl: (PUBLIC_URL ?? '').replace(/\/+$/, ''), isSocketMode, isOauth })
  process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`)
  process.stderr.write(
    [
      '',
      'New app: open https://api.slack.com/apps?new_app=1, choose "From a manifest", the JSON tab, and paste the above.',
      'An app that you have: paste it under Features → App Manifest, press Save Changes, then reinstall under Install App.',
      isSocketMode
        ? 'This one is for Socket Mode, which needs no public address. With --http it is for requests to PUBLIC_URL.'
        : 'This one is for requests to PUBLIC_URL. Start Deskbell with SLACK_SIGNING_SECRET, then verify the address under Event Subscriptions.',
      isOauth
        ? 'It may be installed in many workspaces (--oauth), once you press Activate Public Distribution under Manage Distribution.'
        : 'It is for one workspace; with --oauth it can be installed in many.',
      '',
    ].join('\n'),
  )
}
