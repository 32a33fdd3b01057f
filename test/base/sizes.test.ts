import { expect, it } from 'vitest'
import { partText, sizeText } from '../../src/base/sizes.ts'

it('tells a size in the unit that a person reads, and a part in that of the whole', () => {
  const sizes = [0, 512, 1_400, 2_000_000, 3_210_000_000, 4e15]
  expect(sizes.map(sizeText)).toEqual(['0 B', '512 B', '1.4 kB', '2.0 MB', '3.2 GB', '4000.0 TB'])
  expect([partText(500_000, 2_000_000), partText(0, 1_400), partText(3, 90)]).toEqual([
    '0.5 of 2.0 MB',
    '0.0 of 1.4 kB',
    '3 of 90 B',
  ])
})
