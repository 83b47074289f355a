import { byId } from './dom.js';

const query = new URLSearchParams(location.search);
byId('next').value = query.get('next') ?? '/';
byId('problem').hidden = !query.has('wrong');
