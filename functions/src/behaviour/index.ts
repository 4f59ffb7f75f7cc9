/** What the scheduled run is made of: loaded by it alone, in one piece. */
export { assessUsage } from './assessUsage.ts'
export { behaviourSettings } from './settings.ts'
