// Stands in for QEMU: speaks its machine protocol on descriptor 3 and obeys, without a guest.
import { Socket } from 'node:net';

const qmp = new Socket({ fd: 3 });
const send = (message) => qmp.write(`${JSON.stringify(message)}\n`);
const forwards = [];

const human = (line) => {
  const match = /hostfwd_add \S+ tcp:127\.0\.0\.1:0-:(\d+)/.exec(line);
  if (match !== null) forwards.push(Number(match[1]));
  if (line !== 'info usernet') return '';
  return forwards
    .map((port) => `TCP[HOST_FORWARD] 9 127.0.0.1 ${port + 30000} 169.254.10.10 ${port} 0 0\r\n`)
    .join('');
};

if (process.argv.includes('refuse')) {
  process.stderr.write('qemu: no such disk\n');
  process.exit(1);
}
process.stdout.write(`args ${process.argv.slice(2).join(' ')}\n`);
send({ QMP: { version: {} } });
let buffered = '';
qmp.on('data', (chunk) => {
  buffered += chunk;
  for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
    const { execute, id, arguments: args } = JSON.parse(buffered.slice(0, end));
    buffered = buffered.slice(end + 1);
    if (execute === 'set_link') process.stdout.write(`link of ${args.name} ${args.up ? 'up' : 'down'}\n`);
    if (execute === 'human-monitor-command') send({ id, return: human(args['command-line']) });
    else if (execute === 'cont') send({ id, error: { class: 'GenericError', desc: 'no' } });
    else send({ id, return: {} });
    if (execute === 'system_powerdown' && !process.argv.join(' ').includes('deaf')) {
      send({ event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } });
      qmp.end(() => process.exit(0));
    }
  }
});
