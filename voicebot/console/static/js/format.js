// Times and names as people read them.

/** 62345 -> "1:02.3" */
export function clock(ms) {
  const tenths = Math.max(0, Math.round(ms / 100));
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`;
}

/** 62345 -> "1:02" */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export const when = (wall) =>
  new Date(wall).toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const words = (name) => String(name).replaceAll('_', ' ');

export const transports = { sip: 'phone', webrtc: 'browser', text: 'text' };

/** `a 1, b two`: the telling fields of an object on one line. */
export function brief(value) {
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value)
    .filter(([, v]) => v !== null && v !== '' && !(typeof v === 'object' && Object.keys(v).length === 0))
    .map(([k, v]) => `${words(k)} ${typeof v === 'object' ? JSON.stringify(v) : v}`)
    .join(', ');
}
