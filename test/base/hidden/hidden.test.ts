import { describe, expect, it } from 'vitest'
import { openHidden } from '../../../src/base/hidden/hidden.ts'
import { hiding } from './support.ts'

const PASSWORD = 'p@ss/w"örd<1>'

describe('hidden values', () => {
  it('are told by the name of their Secret and entry, as often as they stand there', () => {
    const { redact } = hiding({ password: 'hunter22' })
    expect(redact('hunter22 and xhunter22x')).toBe('[hidden: shop/password] and x[hidden: shop/password]x')
    expect(redact('hunter2 hunter 22')).toBe('hunter2 hunter 22')
  })

  it('of less than 6 characters are shown', () => {
    const { redact } = hiding({ pin: '12345', yes: 'true\n' })
    expect(redact('12345 true')).toBe('12345 true')
  })

  it('are found without the line end of their file', () => {
    expect(hiding({ a: 'hunter22\n' }).redact('is hunter22.')).toBe('is [hidden: shop/a].')
    expect(hiding({ a: 'hunter22\r\n' }).redact('is hunter22.')).toBe('is [hidden: shop/a].')
  })

  it('are found in base64, alone, within something else, for URLs and in lines', () => {
    const long = 'a long value, of which base64 has more than one line: '.repeat(3)
    const { redact } = hiding({ password: PASSWORD, token: 'with\nends\n', long })
    for (const value of [PASSWORD, 'with\nends\n', 'with\nends']) {
      for (const form of ['base64', 'base64url'] as const) {
        expect(redact(`is ${Buffer.from(value).toString(form)}.`)).toMatch(/^is \[hidden: shop\/\w+\]\.$/)
      }
    }
    for (const user of ['a', 'ab', 'abc']) {
      const header = Buffer.from(`${user}:${PASSWORD}:`).toString('base64')
      expect(redact(header)).toContain('[hidden: shop/password]')
      expect(redact(header).replace('[hidden: shop/password]', '').length).toBeLessThan(13)
    }
    const lines =
      Buffer.from(long)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    expect(redact(lines.join('\n'))).toBe(lines.map(() => '[hidden: shop/long]').join('\n'))
  })

  it('are found in JSON as several languages write it', () => {
    const { redact } = hiding({ password: PASSWORD })
    const json = JSON.stringify({ password: PASSWORD })
    const escaped = [
      json,
      json.replace('<', '\\u003c').replace('>', '\\u003e'),
      json.replace('ö', '\\u00f6'),
      json.replace('/', '\\/'),
    ]
    for (const each of escaped) expect(redact(each)).toBe('{"password":"[hidden: shop/password]"}')
  })

  it('are found in URLs', () => {
    const { redact } = hiding({ password: `${PASSWORD} !*` })
    const encoded = encodeURIComponent(`${PASSWORD} !*`)
    const forms = [encoded, encoded.toLowerCase(), encoded.replace('!', '%21').replace('*', '%2A')]
    for (const form of forms) expect(redact(`?key=${form}&x`)).toBe('?key=[hidden: shop/password]&x')
  })

  it('are found in JSON where more is escaped than need be', () => {
    const { redact } = hiding({ password: `ö/"it's+a=b&c` })
    const escaped = [
      '\\u00f6\\/\\"it\'s+a=b&c',
      '\\u00F6/\\"it\'s+a=b&c',
      'ö/\\"it\\u0027s+a\\u003db\\u0026c',
      '\\u00F6/\\u0022it\\u0027s\\u002Ba=b\\u0026c',
    ]
    for (const each of escaped) expect(redact(`"${each}"`)).toBe('"[hidden: shop/password]"')
  })

  it('are found in the quotes of shells, YAML and Python', () => {
    const { redact } = hiding({ password: 'it\'s $5 "or" \\more' })
    const quoted = [
      `'it''s $5 "or" \\more'`,
      `'it'\\''s $5 "or" \\more'`,
      `'it'"'"'s $5 "or" \\more'`,
      `'it\\'s $5 "or" \\\\more'`,
    ]
    for (const each of quoted) expect(redact(each)).toBe("'[hidden: shop/password]'")
    expect(redact('"it\'s \\$5 \\"or\\" \\\\more"')).toBe('"[hidden: shop/password]"')
  })

  it('are found in URLs by whichever list their characters are kept', () => {
    const url = new URL('http://shop@db')
    url.password = "p@ss/$w&rd~*'"
    const forms = {
      browser: url.href.slice('http://shop:'.length, -'@db/'.length),
      python: 'p%40ss/%24w%26rd~%2A%27',
      go: 'p%40ss%2F$w&rd~%2A%27',
      java: 'p%40ss%2F%24w%26rd%7E*%27',
    }
    const { redact } = hiding({ password: "p@ss/$w&rd~*'" })
    for (const form of Object.values(forms)) expect(redact(`<${form}>`)).toBe('<[hidden: shop/password]>')
  })

  it('are found without the white space around them, which is none within a letter', () => {
    const { redact } = hiding({ password: ' hunter 22 \n', word: 'voilà-voilà' })
    expect(redact('hunter 22')).toBe('[hidden: shop/password]')
    expect(redact('hunter%2022')).toBe('[hidden: shop/password]')
    expect(redact(Buffer.from('hunter 22').toString('base64'))).toBe('[hidden: shop/password]')
    expect(redact('<voilà-voilà>')).toBe('<[hidden: shop/word]>')
  })

  it('of many empty lines cost no more than others', () => {
    const { redact } = hiding({ many: `hunter22${'\n'.repeat(200_000)}x` })
    expect(redact('hunter22')).toBe('[hidden: shop/many]')
  })

  it('of several lines are hidden line by line, but for what all such files have', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n  abc\nhkiG9w0B\n-----END PRIVATE KEY-----\n'
    const { redact } = hiding({ key: pem })
    expect(redact(pem)).toBe(
      '-----BEGIN PRIVATE KEY-----\n[hidden: shop/key]\n  abc\n[hidden: shop/key]\n-----END PRIVATE KEY-----\n',
    )
    expect(redact(JSON.stringify({ pem: pem.trim() }))).toBe('{"pem":"[hidden: shop/key]"}')
    expect(redact(JSON.stringify({ pem }))).toBe('{"pem":"[hidden: shop/key]\\n"}')
  })

  it('of several lines leave rules between them as they are', () => {
    const { redact } = hiding({ script: '# ==========\nhunter22\n------\n', bare: '!!!!!!!!' })
    expect(redact('+------+ # ========== hunter22')).toBe('+------+ # ========== [hidden: shop/script]')
    expect(redact('is !!!!!!!!')).toBe('is [hidden: shop/bare]')
  })

  it('that are binary are found byte by byte', () => {
    const value = Buffer.from([0, 255, 10, 200, 201, 202, 203, 204, 205, 0, 1])
    const hidden = hiding({ raw: value })
    expect(hidden.redactLines(Buffer.concat([Buffer.from('12 '), value]), 0).toString('latin1')).toBe(
      '12 \u0000ÿ\n[hidden: shop/raw]',
    )
  })

  it('that stand over each other are hidden together, under the name of the longest', () => {
    const { redact } = hiding({ a: 'abcdefgh', b: 'efghijkl', c: 'cdefghijklmn' })
    expect(redact('-abcdefghijkl-')).toBe('-[hidden: shop/a]-')
    expect(redact('-abcdefghijklmn-')).toBe('-[hidden: shop/c]-')
    expect(redact('abcdefghefghijkl')).toBe('[hidden: shop/a][hidden: shop/b]')
    expect(hiding({ a: 'aaaaaa' }).redact(`b${'a'.repeat(50)}b`)).toBe('b[hidden: shop/a]b')
  })

  it('of which one begins another are hidden whole', () => {
    const { redact } = hiding({ a: 'secret', b: 'secret-of-more' })
    expect(redact('secret-of-more secret-of-les')).toBe('[hidden: shop/b] [hidden: shop/a]-of-les')
  })

  it('of any length are hidden whole, as far as their line goes', () => {
    const long = 'k'.repeat(200).concat('0123456789'.repeat(10_000))
    const { redact } = hiding({ long })
    expect(redact(`<${long}>`)).toBe('<[hidden: shop/long]>')
    expect(redact(`<${long}${long}>\nnext`)).toBe('<[hidden: shop/long][hidden: shop/long]>\nnext')
  })

  it('stay hidden when there are others', () => {
    const hidden = openHidden()
    const { version } = hidden
    for (const value of ['before', 'after it']) hidden.hide('db', new Map([['key', Buffer.from(value)]]))
    expect(hidden.version).not.toBe(version)
    expect(hidden.redact('before, after it')).toBe('[hidden: db/key], [hidden: db/key]')
    const now = hidden.version
    hidden.hide('db', new Map([['key', Buffer.from('before')]]))
    expect(hidden.version).toBe(now)
  })

  it('cost nothing where there are none: the same bytes are told', () => {
    const hidden = openHidden()
    const lines = Buffer.from('one\ntwo\n')
    expect(hidden.redactLines(lines, 0)).toBe(lines)
    const other = hiding({ password: 'hunter22' })
    expect(other.redactLines(lines, 0)).toBe(lines)
  })

  it('leave what stands before a line’s text', () => {
    const hidden = hiding({ year: '2026-11' })
    expect(hidden.redactLines(Buffer.from('2026-11 2026-11\n2026-11 x'), 8).toString()).toBe(
      '2026-11 [hidden: shop/year]\n2026-11 x',
    )
  })
})

describe('a document as a value', () => {
  it('has its leaves hidden, and not its keys', () => {
    const config =
      'database:\n  user: shopkeeper\n  password: "hun\\u0074er22"\n  port: 5432\nlist: [ abcdefg ]\n'
    const { redact } = hiding({ 'config.yaml': config })
    expect(redact('database: hunter22 shopkeeper 5432 abcdefg password:')).toBe(
      'database: [hidden: shop/config.yaml] [hidden: shop/config.yaml] 5432 [hidden: shop/config.yaml] password:',
    )
    expect(redact(config)).not.toMatch(/shopkeeper|u0074|abcdefg/)
  })

  it('may be JSON, lines of KEY=value, or one of another kind', () => {
    const docker = '{"auths":{"localhost:5000":{"username":"me","password":"hunter22"}}}'
    const env = '# mine\nexport KEY="some value"\nOTHER=abcdefgh\n'
    const ini = '[default]\naws_secret_access_key = wJalrXUtnFEMI\n'
    const { redact } = hiding({ '.dockerconfigjson': docker, 'app.env': env, credentials: ini })
    expect(redact('hunter22')).toBe('[hidden: shop/.dockerconfigjson]')
    expect(redact('some value, abcdefgh')).toBe('[hidden: shop/app.env], [hidden: shop/app.env]')
    expect(redact('wJalrXUtnFEMI')).toBe('[hidden: shop/credentials]')
  })

  it('may be a URL: its password is hidden also without the rest', () => {
    const { redact } = hiding({ url: 'postgres://shop:hun%2Fter22@db:5432/shop' })
    expect(redact('hun/ter22 hun%2Fter22 shop db')).toBe('[hidden: shop/url] [hidden: shop/url] shop db')
  })

  it('may be a connection string of another kind, or have an @ in its password', () => {
    const strings = [
      'postgres://shop:p@ssw0rd@db:5432/shop?a=b@c',
      'shop:p@ssw0rd@tcp(db:3306)/shop',
      'host=db user=shop password=p@ssw0rd sslmode=disable',
      'Server=db;User Id=shop;Password=p@ssw0rd;',
      'jdbc:postgresql://db/shop?user=shop&password=p%40ssw0rd',
    ]
    for (const string of strings) {
      expect(hiding({ string }).redact('shop db p@ssw0rd!'), string).toBe('shop db [hidden: shop/string]!')
    }
  })

  it('may be lines with comments behind quotes and values', () => {
    const { redact } = hiding({ env: 'A="hun\\"ter22" # mine\nB=abcdefgh # other\nC=1\n' })
    expect(redact('hun"ter22, abcdefgh')).toBe('[hidden: shop/env], [hidden: shop/env]')
  })

  it('may have a line of much white space', () => {
    const { redact } = hiding({ env: `A=hunter22${' '.repeat(60_000)}x\nB=abcdefgh\n` })
    expect(redact('abcdefgh')).toBe('[hidden: shop/env]')
  })

  it('that only looks like one is a value as others are', () => {
    for (const value of ['{abc: [def', `${'['.repeat(5_000)}x`, 'a: *nobody\nb: c', '&a [*a, *a]\n']) {
      expect(hiding({ value }).redact(`<${value}>`)).not.toContain(value.trim())
    }
  })
})
