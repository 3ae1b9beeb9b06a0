import { harness } from './harnesses/live-chat.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
