import { harness } from './harnesses/whatsapp.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
