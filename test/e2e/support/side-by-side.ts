import { describe } from 'vitest'

/**
 * One suite for each, all at the same time, the tests of each in their order. They share a home, as clusters of one
 * machine do: most of what they do is to wait.
 */
export function sideBySide<T>(each: readonly T[], title: (one: T) => string, tests: (one: T) => void): void {
  for (const one of each) {
    describe.concurrent(title(one), () => {
      describe('in order', { concurrent: false }, () => tests(one))
    })
  }
}
