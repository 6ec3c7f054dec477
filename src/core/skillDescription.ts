/** Characters of a skill's description in an agent's instructions. */
const longest = 200;

/** What tools and lawyers write at the head of a script. */
const noDescription = /^(?:!|-\*-|vim:|shellcheck\b|@ts-|eslint-|biome-|SPDX-|copyright\b|\(c\))/i;

/** The first words of a script's head comment or docstring; undefined where it begins with something else. */
export function scriptDescription(text: string): string | undefined {
  let isInside = false;
  for (const line of text.split(/\r?\n/).map(one => one.trim())) {
    const words = isInside ? line.replace(/^\*+\s*/, '') : commentWords(line);
    if (words === undefined) return undefined;
    isInside ||= /^(?:[ru]?(?:"""|''')|\/\*+)$/i.test(line);
    if (/\p{L}/u.test(words) && !noDescription.test(words)) return oneLine(words);
  }
  return undefined;
}

/** Undefined for what is no comment. */
function commentWords(line: string): string | undefined {
  if (line === '') return '';
  const quoted = /^[ru]?(?:"""|''')(.*?)(?:"""|''')?$/i.exec(line)?.[1];
  if (quoted !== undefined) return quoted;
  return /^(?:#|\/\/|--|;|\/\*+|\*\/?|<#|@?rem\b)\s*(.*?)\s*(?:\*\/.*)?$/i.exec(line)?.[1];
}

/** `description` of the front matter of a `SKILL.md`. */
export function frontMatterDescription(text: string): string | undefined {
  const front = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/.exec(text)?.[1];
  const lines = front?.split(/\r?\n/) ?? [];
  const at = lines.findIndex(line => /^description\s*:/.test(line));
  const value = lines[at]?.replace(/^description\s*:\s*/, '').trim();
  if (value === undefined) return undefined;
  // Further lines of the value are indented; of a block (`>`, `|`) all are.
  const rest = lines.slice(at + 1);
  const end = rest.findIndex(line => /^\S/.test(line));
  const first = /^[>|][-+\d]*$/.test(value) ? [] : [value];
  const whole = [...first, ...rest.slice(0, end < 0 ? rest.length : end)].join(' ').trim();
  const quoted = /^(["'])(.*)\1$/s.exec(whole)?.[2];
  return oneLine(quoted ?? whole);
}

function oneLine(words: string): string | undefined {
  const line = words.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  if (line === '') return undefined;
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line;
}
