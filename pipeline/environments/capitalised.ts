/** An environment's name as resources and outputs of the template have it: `pre-prod` is `PreProd`. */
export const capitalised = (name: string): string =>
  name
    .split('-')
    .map((part) => `${part.slice(0, 1).toUpperCase()}${part.slice(1)}`)
    .join('');
