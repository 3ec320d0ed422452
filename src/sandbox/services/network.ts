import type { Clock } from '../../base/clock.js';
import type { RpcService } from '../rpc/method.js';
import type { TlObject } from '../tl/value.js';

/** The address of a data centre. */
export interface DataCentreAddress {
  readonly id: number;
  readonly ip: string;
  readonly port: number;
}

export interface NetworkDeps {
  readonly clock: Clock;
  readonly addresses: () => readonly DataCentreAddress[];
}

const configLifeSeconds = 3600;

/** help.getConfig and help.getNearestDc. */
export function createNetworkService({ clock, addresses }: NetworkDeps): RpcService {
  const seconds = () => Math.floor(clock.now() / 1000);
  return {
    'help.getConfig': { access: 'anyone', run: ({ dc }) => config(seconds(), dc, addresses()) },
    'help.getNearestDc': {
      access: 'anyone',
      run: ({ dc }) => ({ _: 'nearestDc', country: 'XX', this_dc: dc, nearest_dc: dc }),
    },
  };
}

function config(now: number, dc: number, addresses: readonly DataCentreAddress[]): TlObject {
  return {
    _: 'config',
    date: now,
    expires: now + configLifeSeconds,
    test_mode: false,
    this_dc: dc,
    dc_options: addresses.map(({ id, ip, port }) => ({
      _: 'dcOption',
      this_port_only: true,
      id,
      ip_address: ip,
      port,
    })),
    dc_txt_domain_name: 'sandbox.invalid',
    chat_size_max: 200,
    megagroup_size_max: 200_000,
    forwarded_count_max: 100,
    online_update_period_ms: 210_000,
    offline_blur_timeout_ms: 5000,
    offline_idle_timeout_ms: 30_000,
    online_cloud_timeout_ms: 300_000,
    notify_cloud_delay_ms: 30_000,
    notify_default_delay_ms: 1500,
    push_chat_period_ms: 60_000,
    push_chat_limit: 2,
    edit_time_limit: 172_800,
    revoke_time_limit: 2_147_483_647,
    revoke_pm_time_limit: 2_147_483_647,
    rating_e_decay: 2_419_200,
    stickers_recent_limit: 200,
    channels_read_media_period: 604_800,
    call_receive_timeout_ms: 20_000,
    call_ring_timeout_ms: 90_000,
    call_connect_timeout_ms: 30_000,
    call_packet_timeout_ms: 10_000,
    me_url_prefix: 'https://sandbox.invalid/',
    caption_length_max: 1024,
    message_length_max: 4096,
    webfile_dc_id: dc,
  };
}
