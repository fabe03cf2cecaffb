export interface Egress {
  /**
   * The address to connect to for a host that a customer named. Throws `host_unknown` when the name does not resolve and
   * `egress_blocked` when any of its addresses is private, loopback or otherwise ours and not in CQA_EGRESS_ALLOW.
   */
  resolve(host: string): Promise<{ address: string; family: 4 | 6 }>;
}

export declare function openEgress(allow: string[]): Egress;
