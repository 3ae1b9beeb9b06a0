import { commands } from '../command.ts'

/** What the bot may do, and what for. The manifest, the install link and `doctor` all read it from here. */
export const scopes = {
  'chat:write': 'post cards, keep them up to date and take them away',
  commands: 'offer /desk and the shortcut on messages',
  'channels:read': 'see the names of public channels, and whether the bot is in them',
  'channels:history': 'look whether a card that may have been posted is there, before posting it again',
  'groups:read': 'the same for private channels: names',
  'groups:history': 'the same for private channels: looking for a card',
  'files:write': "share customers' attachments and delete them again, and send what was asked for as files",
  'im:write': 'send such a file to one person alone',
  'users:read': 'show teammates by name, and know who runs the workspace',
  'usergroups:read': 'know who is in the user groups that may decide',
} as const

export type Scope = keyof typeof scopes

/** Every Web API method that is called, with the scopes that it needs. */
export const methodScopes: Record<string, Scope[]> = {
  'auth.test': [],
  'auth.revoke': [],
  'auth.teams.list': [],
  'apps.connections.open': [],
  'oauth.v2.access': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'conversations.open': ['im:write'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'files.getUploadURLExternal': ['files:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'users.info': ['users:read'],
  'usergroups.list': ['usergroups:read'],
  'views.open': [],
  'views.push': [],
  'views.update': [],
  'views.publish': [],
}

/** What Slack tells without being asked, with the scopes that it needs. */
export const eventScopes: Record<string, Scope[]> = {
  app_home_opened: [],
  app_uninstalled: [],
  tokens_revoked: [],
  member_joined_channel: ['channels:read', 'groups:read'],
}

export const shortcutId = 'log-message'
export const commandName = '/desk'
export const eventsPath = '/slack/events'
export const installPath = '/slack/install'
export const redirectPath = '/slack/oauth_redirect'

export interface ManifestOptions {
  /** Without a slash at the end. Needed for requests and for OAuth. */
  publicUrl: string
  isSocketMode: boolean
  isOauth: boolean
}

/** The app's description, as Slack takes it: https://docs.slack.dev/reference/app-manifest */
export function manifestOf({ publicUrl, isSocketMode, isOauth }: ManifestOptions): object {
  const requestUrl = `${publicUrl}${eventsPath}`
  const forRequests = <Url extends string>(name: Url) => (isSocketMode ? {} : { [name]: requestUrl })
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: 'Deskbell',
      description: "Customers' messages as cards with a drafted reply: approve, and the answer goes out.",
      background_color: '#1d3c34',
    },
    features: {
      // The bot tells people in private what it can't tell them where they clicked.
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'Deskbell', always_online: true },
      shortcuts: [
        {
          // Slack takes 24 characters.
          name: 'Log customer interaction',
          type: 'message',
          callback_id: shortcutId,
          description: 'Makes a card of what a customer said elsewhere',
        },
      ],
      slash_commands: [
        {
          command: commandName,
          ...forRequests('url'),
          description: 'Who is waiting, and everything else about your desk',
          usage_hint: `[${commands.map(({ name }) => name).join(' | ')}]`,
          // So that a channel arrives by its id.
          should_escape: true,
        },
      ],
    },
    oauth_config: {
      ...(isOauth ? { redirect_urls: [`${publicUrl}${redirectPath}`] } : {}),
      scopes: { bot: Object.keys(scopes) },
    },
    settings: {
      event_subscriptions: { ...forRequests('request_url'), bot_events: Object.keys(eventScopes) },
      interactivity: { is_enabled: true, ...forRequests('request_url') },
      org_deploy_enabled: isOauth,
      socket_mode_enabled: isSocketMode,
      token_rotation_enabled: false,
    },
  }
}
