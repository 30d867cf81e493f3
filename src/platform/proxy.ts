/** Which proxy a request goes through, by the environment that curl and others read too. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Proxy {
  /** The variable that names it. */
  readonly variable: string;
  /** With name and password, which nobody may print; null when the variable holds no address. */
  readonly url: URL | null;
}

const SCHEMES = new Set(['http:', 'https:', 'socks:', 'socks5:']);
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Null where no variable is set, or NO_PROXY names the host. Small letters win over capitals. */
export function proxyFor(url: URL, env: Environment): Proxy | null {
  const found = [...(url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : []), 'http_proxy', 'HTTP_PROXY']
    .map((variable) => ({ variable, text: env[variable]?.trim() ?? '' }))
    .find(({ text }) => text !== '');
  if (found === undefined || isExempt(url, env)) return null;
  const { variable, text } = found;
  const address = URL.parse(text.includes('://') ? text : `http://${text}`);
  return {
    variable,
    url: address !== null && SCHEMES.has(address.protocol) && address.hostname !== '' ? address : null,
  };
}

/** `example.com` stands for its subdomains too, `*.example.com` for those alone, `*` for every host; a port limits it to that. */
function isExempt(url: URL, env: Environment): boolean {
  const host = bare(url.hostname).replace(/\.$/, '');
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  return (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[,\s]+/).some((entry) => {
    const [, name = '', only] = /^(\[.*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (name === '' || (only !== undefined && only !== port)) return false;
    if (name === '*') return true;
    const domain = bare(name)
      .replace(/^\*?\./, '')
      .replace(/\.$/, '');
    return (host === domain && !name.startsWith('*.')) || host.endsWith(`.${domain}`);
  });
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
