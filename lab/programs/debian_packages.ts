// Which Debian package brings a program or an init script that labs use.

/** Names of programs and paths of init scripts, by the package that has them. */
const CONTENTS: Readonly<Record<string, string>> = {
  "apache2": "/etc/init.d/apache2 apache2 apache2ctl apachectl a2enmod a2ensite a2dismod a2dissite",
  "arping": "arping",
  "arptables": "arptables",
  "bind9": "/etc/init.d/named named rndc named-checkconf",
  "bind9-dnsutils": "dig nslookup nsupdate",
  "bind9-host": "host",
  "bird2": "/etc/init.d/bird bird birdc",
  "bridge-utils": "brctl",
  "conntrack": "conntrack",
  "curl": "curl",
  "dnsmasq": "/etc/init.d/dnsmasq dnsmasq",
  "dsniff": "arpspoof dsniff macof",
  "ethtool": "ethtool",
  "expect": "expect",
  "frr": "/etc/init.d/frr vtysh",
  "haproxy": "/etc/init.d/haproxy haproxy",
  "hping3": "hping3",
  "ifupdown": "/etc/init.d/networking ifup ifdown",
  "iperf": "iperf",
  "iperf3": "iperf3",
  "iproute2": "bridge ip ss tc",
  "iptables":
    "ip6tables ip6tables-legacy ip6tables-nft iptables iptables-legacy iptables-nft iptables-restore " +
    "iptables-save",
  "iputils-ping": "ping ping6",
  "iputils-tracepath": "tracepath",
  "isc-dhcp-client": "dhclient",
  "isc-dhcp-relay": "/etc/init.d/isc-dhcp-relay dhcrelay",
  "isc-dhcp-server": "/etc/init.d/isc-dhcp-server dhcpd",
  "keepalived": "/etc/init.d/keepalived keepalived",
  "lighttpd": "/etc/init.d/lighttpd lighttpd",
  "links": "links",
  "lynx": "lynx",
  "mtr-tiny": "mtr",
  "ndisc6": "ndisc6 rdisc6 traceroute6",
  "net-tools": "arp ifconfig netstat route iptunnel mii-tool",
  "netcat-openbsd": "nc netcat",
  "nftables": "nft",
  "nginx": "/etc/init.d/nginx nginx",
  "nmap": "nmap nping",
  "openssh-client": "ssh scp sftp ssh-keygen",
  "openssh-server": "/etc/init.d/ssh sshd",
  "openvpn": "/etc/init.d/openvpn openvpn",
  "openvswitch-switch":
    "/etc/init.d/openvswitch-switch ovs-vsctl ovs-ofctl ovs-appctl ovs-vswitchd " +
    "/usr/share/openvswitch/scripts/ovs-ctl",
  "procps": "pgrep pkill ps sysctl top watch",
  "psmisc": "fuser killall pstree",
  "python3": "python3",
  "python3-scapy": "scapy",
  "radvd": "/etc/init.d/radvd radvd",
  "rsync": "rsync",
  "rsyslog": "/etc/init.d/rsyslog rsyslogd",
  "screen": "screen",
  "snmp": "snmpget snmpwalk",
  "snmpd": "/etc/init.d/snmpd snmpd",
  "socat": "socat",
  "squid": "/etc/init.d/squid squid",
  "strongswan-starter": "/etc/init.d/ipsec ipsec",
  "tcpdump": "tcpdump",
  "telnet": "telnet",
  "tftp-hpa": "tftp",
  "tftpd-hpa": "/etc/init.d/tftpd-hpa in.tftpd",
  "tmux": "tmux",
  "traceroute": "traceroute",
  "tshark": "tshark",
  "uml-utilities": "tunctl",
  "vlan": "vconfig",
  "vsftpd": "/etc/init.d/vsftpd vsftpd",
  "wget": "wget",
  "wireguard-tools": "wg wg-quick",
  "xinetd": "/etc/init.d/xinetd xinetd",
};

const PACKAGES = new Map(
  Object.entries(CONTENTS).flatMap(([name, contents]) =>
    contents.split(" ").map((program) => [program, name] as const)
  ),
);

/**
 * The package of a program, which is given by name or path; undefined for a program not known here.
 */
export function findPackage(program: string): string | undefined {
  return PACKAGES.get(program) ?? PACKAGES.get(program.slice(program.lastIndexOf("/") + 1));
}
