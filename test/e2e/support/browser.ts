import { type Browser, chromium } from 'playwright-core'
import { findProgram } from '../../../scripts/provision/programs.ts'

/** The machine's own Chromium, without a window. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await findProgram('chromium')
  if (!executablePath) throw new Error('chromium is not on PATH: scripts/setup --for test brings it')
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}
