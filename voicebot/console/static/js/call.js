// One call: microphone, peer connection, signalling. Tells its story through events:
// `state` (asking, connecting, live, shaky, ended), `message` (JSON from the server), `voice` (the bot's MediaStream).

const GATHER_MS = 1500;
const ALIVE_EVERY_MS = 2000;

const PROBLEMS = {
  NotAllowedError: {
    what: 'The microphone is blocked.',
    fix: 'Allow it for this page (the icon in the address bar), then call again.',
  },
  NotFoundError: { what: 'No microphone was found.', fix: 'Plug one in or choose one in the system settings.' },
  NotReadableError: { what: 'The microphone is in use.', fix: 'Close the program that uses it, then call again.' },
};
const INSECURE = {
  what: 'Browsers give the microphone only to secure pages.',
  fix: 'Open this page as http://localhost on the server’s own machine, or through https.',
};
const LOST = { what: 'The connection was lost.', fix: 'Check the network, then call again.' };

export class Call extends EventTarget {
  id = null;
  microphone = null;
  #peer = null;
  #channel = null;
  #session = null;
  #late = [];
  #alive = null;
  #ended = false;

  /** Place the call; throws {what, fix} when it cannot be placed. */
  async place({ number = '' } = {}) {
    this.#tell('state', { name: 'asking' });
    this.microphone = await openMicrophone();
    try {
      this.#tell('state', { name: 'connecting' });
      const { iceServers } = await (await reach('/api/webrtc/config')).json();
      this.#connect(iceServers);
      await this.#signal(number);
    } catch (problem) {
      this.#finish();
      throw problem.what ? problem : { what: 'The call could not be set up.', fix: String(problem.message ?? problem) };
    }
  }

  mute(on) {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !on;
  }

  press(key) {
    this.#send({ type: 'dtmf', key });
  }

  hangUp() {
    if (this.#session) {
      fetch(`/api/webrtc/${this.#session}`, { method: 'DELETE', keepalive: true }).catch(() => {});
    }
    this.#end({ by: 'caller' });
  }

  #connect(iceServers) {
    const peer = (this.#peer = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' }));
    for (const track of this.microphone.getAudioTracks()) peer.addTrack(track, this.microphone);
    peer.addEventListener('track', (event) => {
      this.#tell('voice', event.streams[0] ?? new MediaStream([event.track]));
    });
    peer.addEventListener('icecandidate', ({ candidate }) => candidate && this.#trickle(candidate));
    peer.addEventListener('connectionstatechange', () => this.#follow(peer.connectionState));
    this.#channel = peer.createDataChannel('events');
    this.#channel.addEventListener('message', (event) => this.#hear(event.data));
    this.#channel.addEventListener('close', () => this.#end({ by: 'network', problem: LOST }));
  }

  async #signal(number) {
    await this.#peer.setLocalDescription();
    await gathered(this.#peer);
    const sdp = this.#peer.localDescription.sdp;
    this.#late = [];
    const response = await reach('/api/webrtc/offer', { method: 'POST', body: { sdp, caller: number || null } });
    const answer = await response.json();
    this.id = answer.call;
    this.#session = answer.session;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    if (this.#late.length) this.#sendCandidates(this.#late.splice(0));
  }

  #trickle(candidate) {
    if (this.#session) this.#sendCandidates([candidate]);
    else this.#late.push(candidate);
  }

  #sendCandidates(candidates) {
    reach(`/api/webrtc/${this.#session}`, { method: 'PATCH', body: { candidates } }).catch(() => {});
  }

  #follow(state) {
    if (state === 'connected') {
      this.#tell('state', { name: 'live' });
      this.#alive ??= setInterval(() => this.#send({ type: 'alive' }), ALIVE_EVERY_MS);
    } else if (state === 'disconnected') {
      this.#tell('state', { name: 'shaky' });
    } else if (state === 'failed' || state === 'closed') {
      this.#end({ by: 'network', problem: LOST });
    }
  }

  #hear(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    this.#tell('message', message);
    if (message.type === 'ended') this.#end(message);
  }

  #send(message) {
    if (this.#channel?.readyState === 'open') this.#channel.send(JSON.stringify(message));
  }

  #end(how) {
    if (this.#ended) return;
    this.#finish();
    this.#tell('state', { name: 'ended', ...how });
  }

  #finish() {
    this.#ended = true;
    clearInterval(this.#alive);
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.#peer?.close();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

async function openMicrophone() {
  if (!navigator.mediaDevices?.getUserMedia) throw INSECURE;
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
  } catch (error) {
    throw PROBLEMS[error.name] ?? { what: 'The microphone cannot be opened.', fix: error.message };
  }
}

/** All candidates that are found soon; stragglers are trickled. */
function gathered(peer) {
  return new Promise((resolve) => {
    const done = () => peer.iceGatheringState === 'complete' && resolve();
    peer.addEventListener('icegatheringstatechange', done);
    setTimeout(resolve, GATHER_MS);
    done();
  });
}

async function reach(address, { method = 'GET', body } = {}) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  let response;
  try {
    response = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw { what: 'The server cannot be reached.', fix: 'Check that it is running, then call again.' };
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  if (response.status === 503) {
    const seconds = Number(response.headers.get('Retry-After')) || 10;
    throw { what: 'All lines are busy.', fix: `Please call again in ${seconds} seconds.`, retryAfterS: seconds };
  }
  throw { what: `The call was refused: ${told.error ?? response.status}.`, fix: told.fix ?? '' };
}
