// Starts Bluesky's own personal data server and its registry of identities, for the conformance tests.
// Usage: node start.mjs PDS_PORT PLC_PORT. Prints "ready" when it listens; ends when its standard input closes.
import { TestNetworkNoAppView } from '@atproto/dev-env'

const [pdsPort, plcPort] = process.argv.slice(2).map(Number)
const network = await TestNetworkNoAppView.create({
  plc: { port: plcPort },
  pds: { port: pdsPort, hostname: 'localhost', rateLimitsEnabled: true },
})
console.log('ready')
// The pipe closes with whoever started this, however that ended: nothing is left behind.
process.stdin.resume()
process.stdin.on('end', () => {
  setTimeout(() => process.exit(0), 3000).unref()
  network.close().finally(() => process.exit(0))
})
