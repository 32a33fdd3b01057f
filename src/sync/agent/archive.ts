/** What a tar archive holds here: the times are those of the writing, folders are made before. */
export type ArchiveMember =
  | { kind: 'file'; path: string; mode: number; bytes: Buffer }
  | { kind: 'link'; path: string; target: string }

export interface Owner {
  uid: number
  gid: number
}

const BLOCK = 512
const NAME_BYTES = 100

/**
 * A tar archive as both GNU's tar and BusyBox's read it: BusyBox's knows none of the POSIX (pax) headers that libraries
 * write for long names and great numbers.
 */
export function archive(
  members: readonly ArchiveMember[],
  owner: Owner | undefined,
  seconds: number,
): Buffer {
  const blocks = members.flatMap(member => memberBlocks(member, owner, seconds))
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

/** How much room a member takes, at most. */
export function memberSize({ path, ...member }: ArchiveMember): number {
  const content = member.kind === 'file' ? member.bytes.length : Buffer.byteLength(member.target)
  return 6 * BLOCK + padded(Buffer.byteLength(path)) + padded(content)
}

function memberBlocks(member: ArchiveMember, owner: Owner | undefined, seconds: number): Buffer[] {
  const path = Buffer.from(member.path)
  const target = Buffer.from(member.kind === 'link' ? member.target : '')
  const bytes = member.kind === 'file' ? member.bytes : Buffer.alloc(0)
  const own = header({
    type: member.kind === 'file' ? '0' : '2',
    path,
    target,
    mode: member.kind === 'file' ? member.mode : 0o777,
    size: bytes.length,
    seconds,
    ...owner,
  })
  return [...longText('L', path), ...longText('K', target), own, ...content(bytes)]
}

/** GNU's way: a member before the member, which holds what its header has no room for. */
function longText(type: 'L' | 'K', text: Buffer): Buffer[] {
  if (text.length <= NAME_BYTES) return []
  const ended = Buffer.concat([text, Buffer.alloc(1)])
  return [
    header({
      type,
      path: Buffer.from('././@LongLink'),
      target: Buffer.alloc(0),
      mode: 0,
      size: ended.length,
    }),
    ...content(ended),
  ]
}

interface Header {
  type: '0' | '2' | 'L' | 'K'
  path: Buffer
  target: Buffer
  mode: number
  size: number
  seconds?: number
  uid?: number
  gid?: number
}

function header({ type, path, target, mode, size, seconds = 0, uid = 0, gid = 0 }: Header): Buffer {
  const block = Buffer.alloc(BLOCK)
  path.copy(block, 0, 0, NAME_BYTES)
  writeNumber(block, mode, 100, 8)
  writeNumber(block, uid, 108, 8)
  writeNumber(block, gid, 116, 8)
  writeNumber(block, size, 124, 12)
  writeNumber(block, seconds, 136, 12)
  block.write('        ', 148)
  block.write(type, 156)
  target.copy(block, 157, 0, NAME_BYTES)
  block.write('ustar  \0', 257)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Octal where there is room, as bytes otherwise: some clusters give each namespace users from a thousand millions on. */
function writeNumber(block: Buffer, value: number, at: number, length: number): void {
  const octal = value.toString(8).padStart(length - 1, '0')
  if (octal.length < length) {
    block.write(`${octal}\0`, at)
    return
  }
  block[at] = 0x80
  block.writeUIntBE(value, at + length - 6, 6)
}

function content(bytes: Buffer): Buffer[] {
  return bytes.length === 0 ? [] : [bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]
}

function padded(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK
}
