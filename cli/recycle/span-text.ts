/** A duration in seconds as people say it: `42 s`, `12 min`, `3 h 5 min`, `2 days`. */
export const spanText = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  if (minutes >= 2880) return `${Number((minutes / 1440).toFixed(1))} days`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
};
