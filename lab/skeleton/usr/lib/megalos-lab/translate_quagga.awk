# Turns a configuration of Quagga into one of FRR. Lines keep their numbers: what a line becomes in
# addition comes at the end. Static routes, which are another daemon's in FRR, go to the file
# `static`.

# A statement at the top ends the block of an OSPFv3 router; Quagga's files need not indent.
/^(router|ip|ipv6|route-map|access-list|line|hostname|password|enable|log|debug|key)([ \t]|$)/ { ospf6 = 0 }
/^interface[ \t]/ && !/[ \t]area[ \t]/ { ospf6 = 0 }
/^router[ \t]+ospf6/ { ospf6 = 1 }

/^ip[ \t]+(as-path[ \t]+access-list|(ext|large-)?community-list)[ \t]/ { sub(/^ip/, "bgp") }
/^debug[ \t]+bgp([ \t]+(events|fsm))?[ \t]*$/ { $0 = "debug bgp neighbor-events" }
/^debug[ \t]+bgp[ \t]+filters[ \t]*$/ { $0 = "debug bgp updates" }

# Without its router ID an OSPFv3 router that has no IPv4 address never comes up.
ospf6 && /^[ \t]*router-id[ \t]/ { sub(/router-id/, "ospf6 router-id") }
# Later versions of FRR have an interface's area in the interface's own block. For them
# `by_interface` is set.
by_interface && ospf6 && /^[ \t]*interface[ \t]+[^ \t]+[ \t]+area[ \t]/ {
  added = added "interface " $2 "\n ipv6 ospf6 area " $4 "\n"
  $0 = "!"
}

# Quagga has no policy that a session between two systems needs, and announces what it is told to.
/^router[ \t]+bgp[ \t]+[0-9]/ {
  added = added $0 "\n no bgp ebgp-requires-policy\n no bgp network import-check\n"
}

static && /^ip(v6)?[ \t]+route[ \t]/ {
  print > static
  $0 = "!"
}

{ print }
# The block of an OSPFv3 router takes "interface" for a word of its own.
END {
  if (ospf6 && added) print "exit"
  printf "%s", added
}
