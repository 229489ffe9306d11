# look DIR: everything that can be known of a tree, by tools that are not ours, as text. Sourced.
look() (
    cd "$1" || exit 1
    export LC_ALL=C
    find . -printf '%p\0%y %m %U %G %s %n %T@ %l\0' | sort -z
    find . -type f -print0 | sort -z | xargs -0r sha256sum -z
    find . \( -type c -o -type b \) -print0 | sort -z | xargs -0r stat --printf '%n %t:%T\0'
    find . ! -type d -links +1 -printf '%i %p\0' | sort -z | awk 'BEGIN { RS = ORS = "\0" } { i = $1; sub(/^[^ ]* /, ""); if (i != last) { if (g) print g; g = "" } g = g "|" $0; last = i } END { print g }' | sort -z
    find . -print0 | sort -z | xargs -0r getfattr -h -d -m - -e hex --
    find . ! -type l -print0 | sort -z | xargs -0r getfacl -n -p -- 2>/dev/null
    find . \( -type f -o -type d \) -print0 | sort -z | xargs -0r lsattr -d -- 2>/dev/null | sed 's/^\([^ ]*\) .*/\1/; s/[eIE]/-/g'
    getcap -r . 2>/dev/null | sort
)
# free DIR: nothing below it is immutable or append-only any more, so that it can be removed.
free() { find "$1" \( -type f -o -type d \) -print0 2>/dev/null | xargs -0r chattr -f -ia -- 2>/dev/null; }
