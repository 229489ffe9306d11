# Turns /proc/net/{tcp,tcp6,udp,udp6} into lines: socket, protocol, address, port, uid.
# Listening means state 0A for TCP and 07 (not connected) for UDP.

function hex(text, i, value) {
  value = 0
  for (i = 1; i <= length(text); i++) {
    value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
  }
  return value
}

# The kernel prints each 32-bit word in the byte order of the machine; little-endian is assumed.
function swapped(word) {
  return substr(word, 7, 2) substr(word, 5, 2) substr(word, 3, 2) substr(word, 1, 2)
}

function ipv4(word, s) {
  s = swapped(word)
  return hex(substr(s, 1, 2)) "." hex(substr(s, 3, 2)) "." hex(substr(s, 5, 2)) "." hex(substr(s, 7, 2))
}

function ipv6(words, i, s, group, address) {
  if (words ~ /^0+$/) return "::"
  if (words ~ /^0+01000000$/) return "::1"
  if (words ~ /^0000000000000000[Ff][Ff][Ff][Ff]0000/ || words ~ /^00000000000000000000[Ff][Ff][Ff][Ff]/) {
    return "::ffff:" ipv4(substr(words, 25, 8))
  }
  address = ""
  for (i = 0; i < 4; i++) {
    s = tolower(swapped(substr(words, i * 8 + 1, 8)))
    for (group = 1; group <= 5; group += 4) {
      address = address (address == "" ? "" : ":") sprintf("%x", hex(substr(s, group, 4)))
    }
  }
  return address
}

FNR > 1 && ((protocol ~ /^tcp/ && $4 == "0A") || (protocol ~ /^udp/ && $4 == "07")) {
  split($2, at, ":")
  printf "socket\t%s\t%s\t%d\t%d\n", protocol, \
    (length(at[1]) == 8 ? ipv4(at[1]) : ipv6(at[1])), hex(at[2]), $8
}
