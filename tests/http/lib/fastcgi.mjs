// A small FastCGI client (FastCGI Specification 1.0), for tests that talk to a pool without nginx. Every
// answer of the API is held against the API document, as those that come by way of nginx are.
import net from 'node:net';
import {checkAnswer} from './openapi.mjs';

export const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, STDERR = 7;
const KEEP = 1;

export function record(type, id, content = Buffer.alloc(0)) {
    const head = Buffer.alloc(8);
    head.writeUInt8(1, 0);
    head.writeUInt8(type, 1);
    head.writeUInt16BE(id, 2);
    head.writeUInt16BE(content.length, 4);
    return Buffer.concat([head, content]);
}

// The content in records of at most 65,535 bytes, and the empty record that ends the stream.
export function stream(type, id, content) {
    const parts = [];
    for (let at = 0; at < content.length; at += 65535)
        parts.push(record(type, id, content.subarray(at, at + 65535)));
    return Buffer.concat([...parts, record(type, id)]);
}

function length(n) {
    if (n < 128)
        return Buffer.from([n]);
    const four = Buffer.alloc(4);
    four.writeUInt32BE(n);
    four[0] |= 0x80;
    return four;
}

export function pairs(params) {
    return Buffer.concat(Object.entries(params).flatMap(([name, value]) => {
        const [n, v] = [Buffer.from(name), Buffer.from(String(value))];
        return [length(n.length), length(v.length), n, v];
    }));
}

export function begin(id, keep, role = 1) {
    return record(BEGIN, id, Buffer.from([role >> 8, role & 255, keep ? KEEP : 0, 0, 0, 0, 0, 0]));
}

// The bytes of a whole request. uri may have a query; more params replace the usual ones.
export function request(uri, {method = 'GET', body = '', keep = false, id = 1, params = {}} = {}) {
    const content = Buffer.from(body);
    const all = {
        REQUEST_METHOD: method, REQUEST_URI: uri, QUERY_STRING: uri.split('?')[1] ?? '',
        REMOTE_ADDR: '127.0.0.1', CONTENT_LENGTH: content.length || '', HTTP_ACCEPT: '*/*', ...params,
    };
    return Buffer.concat([begin(id, keep), stream(PARAMS, id, pairs(all)), stream(STDIN, id, content)]);
}

export function address(where) {
    if (where.startsWith('unix:'))
        return {path: where.slice(5)};
    const [host, port] = where.split(':');
    return {host, port: Number(port)};
}

function parse(head) {
    const headers = {};
    for (const line of head.split('\r\n')) {
        const colon = line.indexOf(':');
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    return headers;
}

function answerOf(out) {
    const end = out.indexOf('\r\n\r\n');
    if (end < 0)
        throw new Error(`no head in ${JSON.stringify(out.toString('latin1').slice(0, 200))}`);
    const headers = parse(out.subarray(0, end).toString('latin1'));
    return {status: Number.parseInt(headers.status, 10), headers, body: out.subarray(end + 4)};
}

// One connection. send() resolves to the answer {status, headers, body}; it rejects if the
// connection ends before the answer is complete, with error.received telling how much there was.
export class Connection {
    constructor(where) {
        this.input = Buffer.alloc(0);
        this.out = [];
        this.received = 0;
        this.socket = net.connect(address(where));
        this.opened = new Promise((resolve, reject) => {
            this.socket.once('connect', resolve);
            this.socket.once('error', reject);
        });
        this.opened.catch(() => {});
        this.closed = new Promise(resolve => this.socket.once('close', resolve));
        this.socket.on('data', bytes => this.#take(bytes));
        this.socket.on('error', error => this.#fail(error));
        this.socket.on('close', () => this.#fail(new Error('closed before the answer')));
    }

    #fail(error) {
        error.received = this.received;
        this.waiting?.reject(error);
        this.waiting = null;
    }

    #take(bytes) {
        this.received += bytes.length;
        this.input = Buffer.concat([this.input, bytes]);
        while (this.input.length >= 8) {
            const n = this.input.readUInt16BE(4), whole = 8 + n + this.input[6];
            if (this.input.length < whole)
                return;
            this.#record(this.input[1], this.input.subarray(8, 8 + n));
            this.input = this.input.subarray(whole);
        }
    }

    #record(type, content) {
        if (type === STDOUT)
            this.out.push(Buffer.from(content));
        if (type !== END)
            return;
        const waiting = this.waiting, out = Buffer.concat(this.out);
        this.waiting = null;
        this.out = [];
        try {
            waiting?.resolve(answerOf(out));
        } catch (error) {
            waiting?.reject(error);
        }
    }

    write(bytes) {
        this.socket.write(bytes);
    }

    answer() {
        return new Promise((resolve, reject) => {
            this.waiting = {resolve, reject};
        });
    }

    async send(uri, options = {}) {
        const waiting = this.answer();
        this.write(request(uri, {keep: true, ...options}));
        const answer = await waiting;
        if (!options.undescribed) // what nginx would not ask of this pool
            checkAnswer(uri, options, {...answer, raw: answer.body, body: answer.body.toString()});
        return answer;
    }

    close() {
        this.socket.destroy();
    }
}

// One request on a connection of its own.
export async function get(where, uri, options = {}) {
    const connection = new Connection(where);
    try {
        await connection.opened;
        return await connection.send(uri, {keep: false, ...options});
    } finally {
        connection.close();
    }
}
