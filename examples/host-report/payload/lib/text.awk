# Prints the facts for people.

BEGIN { FS = "\t" }

function size(bytes, unit, units) {
  split("B KiB MiB GiB TiB PiB", units, " ")
  for (unit = 1; bytes >= 1024 && unit < 6; unit++) bytes /= 1024
  return sprintf(unit == 1 ? "%d %s" : "%.1f %s", bytes, units[unit])
}

function section(name) {
  if (name != current) {
    printf "\n%s\n", name
    current = name
  }
}

$1 == "host" && $2 == "uptime_seconds" {
  printf "%-12s %dd %dh %dm\n", "uptime", $3 / 86400, $3 % 86400 / 3600, $3 % 3600 / 60
  next
}
$1 == "host" { printf "%-12s %s\n", $2, $3 }
$1 == "disk" {
  section("Disks")
  printf "  %-24s %4d%% of %10s  %s (%s)\n", $2, $7, size($5), $3, $4
}
$1 == "socket" {
  section("Listening sockets")
  printf "  %-5s %-5s uid %-6d %s\n", $2, $4, $5, $3
}
$1 == "updates" {
  section("Pending updates")
  print "  " ($2 == "unknown" ? "unknown: " $3 : $3 == 0 ? "none" : $3 " by " $2)
}
# A person reads the first ones and the count; the JSON form has them all.
$1 == "update" && ++shown <= 10 {
  printf "    %s %s -> %s%s\n", $2, $3, $4, ($5 == "yes" ? " (security)" : "")
}
$1 == "update" && shown == 11 { print "    ..." }
$1 == "units" {
  section("Failed units")
  print "  " ($2 == "unknown" ? "unknown: " $3 : $3 == 0 ? "none" : $3)
}
$1 == "unit" { print "    " $2 }
