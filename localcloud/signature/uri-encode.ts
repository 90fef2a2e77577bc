/** Percent-encodes everything but the unreserved characters of RFC 3986, as Signature Version 4 wants it. */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
