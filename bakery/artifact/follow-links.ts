import type { TreeEntry } from './tree.ts';

// Linux gives up after 40 links in one path (`MAXSYMLINKS`, path_resolution(7)).
const MAX_LINKS = 40;

/** Where a path leads: to a place below the root, which need not exist, or out of it, or nowhere. */
export type Destination =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'outside' }
  | { readonly kind: 'endless' };

/**
 * Walks a path as the kernel does: links are followed at every step, and `..` goes up from where they led, not from what
 * the text says. `from` is the directory where the walk begins ('' is the root).
 */
export function followLinks(byPath: ReadonlyMap<string, TreeEntry>, from: string, path: string): Destination {
  if (path.startsWith('/')) return { kind: 'outside' };
  const position = from === '' ? [] : from.split('/');
  const ahead = path.split('/').toReversed();
  let links = 0;
  for (let component = ahead.pop(); component !== undefined; component = ahead.pop()) {
    if (component === '' || component === '.') continue;
    if (component === '..') {
      if (position.pop() === undefined) return { kind: 'outside' };
      continue;
    }
    position.push(component);
    const reached = byPath.get(position.join('/'));
    if (reached?.kind !== 'symlink') continue;
    links += 1;
    if (links > MAX_LINKS) return { kind: 'endless' };
    if (reached.target.startsWith('/')) return { kind: 'outside' };
    position.pop();
    ahead.push(...reached.target.split('/').toReversed());
  }
  return { kind: 'inside', path: position.join('/') };
}
