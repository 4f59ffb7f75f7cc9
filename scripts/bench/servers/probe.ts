import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

// Loaded into every program (node --import): tells the bench what the process has used, profiles it, and
// ends it.
let profiler: Session | undefined

process.on('message', (message: string) => {
  if (message === 'usage') process.send!({ ...process.cpuUsage(), rss: process.memoryUsage.rss() })
  if (message === 'profile') void startProfile()
  if (message.startsWith('profile to ')) void writeProfile(message.slice('profile to '.length))
})
// The bench is gone, however it ended.
process.on('disconnect', () => process.exit(0))

async function startProfile(): Promise<void> {
  profiler = new Session()
  profiler.connect()
  await profiler.post('Profiler.enable')
  await profiler.post('Profiler.start')
  process.send!('profiling')
}

async function writeProfile(file: string): Promise<void> {
  const { profile } = await profiler!.post('Profiler.stop')
  writeFileSync(file, JSON.stringify(profile))
  process.send!('profiled')
}
