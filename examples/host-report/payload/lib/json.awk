# Prints the facts as one JSON object.

BEGIN {
  FS = "\t"
  for (i = 1; i < 32; i++) control[sprintf("%c", i)] = sprintf("\\u%04x", i)
}

function quoted(text, i, c, out) {
  out = ""
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "\"" || c == "\\") out = out "\\" c
    else if (c in control) out = out control[c]
    else out = out c
  }
  return "\"" out "\""
}

function add(list, item) {
  lists[list] = lists[list] (lists[list] == "" ? "" : ",") "\n    " item
}

$1 == "host" {
  host = host quoted($2) ": " ($3 ~ /^[0-9]+$/ && $2 ~ /_seconds$/ ? $3 : quoted($3)) ",\n  "
}
$1 == "disk" {
  add("disks", "{\"mount\": " quoted($2) ", \"device\": " quoted($3) ", \"type\": " quoted($4) \
    ", \"size_bytes\": " $5 ", \"used_bytes\": " $6 ", \"used_percent\": " $7 "}")
}
$1 == "socket" {
  add("sockets", "{\"protocol\": " quoted($2) ", \"address\": " quoted($3) ", \"port\": " $4 ", \"uid\": " $5 "}")
}
$1 == "updates" { updates = ($2 == "unknown" ? "null" : $3); updates_reason = ($2 == "unknown" ? $3 : "") }
$1 == "update" {
  add("packages", "{\"name\": " quoted($2) ", \"installed\": " quoted($3) ", \"available\": " quoted($4) \
    ", \"security\": " ($5 == "yes" ? "true" : "false") "}")
}
$1 == "units" { units = ($2 == "unknown" ? "null" : $3); units_reason = ($2 == "unknown" ? $3 : "") }
$1 == "unit" { add("units", quoted($2)) }

function list(name) {
  return lists[name] == "" ? "[]" : "[" lists[name] "\n  ]"
}

END {
  printf "{\n  %s", host
  printf "\"disks\": %s,\n  \"listening\": %s,\n  ", list("disks"), list("sockets")
  printf "\"pending_updates\": %s,\n  ", updates
  if (updates_reason != "") printf "\"pending_updates_reason\": %s,\n  ", quoted(updates_reason)
  printf "\"packages\": %s,\n  ", list("packages")
  printf "\"failed_units_count\": %s,\n  ", units
  if (units_reason != "") printf "\"failed_units_reason\": %s,\n  ", quoted(units_reason)
  printf "\"failed_units\": %s\n}\n", list("units")
}
