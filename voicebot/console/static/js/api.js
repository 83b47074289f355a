// JSON from the server. Problems are thrown as {what, fix, status}.

export async function getJson(address) {
  let response;
  try {
    response = await fetch(address, { headers: { Accept: 'application/json' } });
  } catch {
    throw { what: 'The server cannot be reached.', fix: 'Check that it is running, then reload.', status: 0 };
  }
  if (response.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw { what: sentence(body.error ?? `The server answered ${response.status}`), fix: body.fix, status: response.status };
  }
  return body;
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
