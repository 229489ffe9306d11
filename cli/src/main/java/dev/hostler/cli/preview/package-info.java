/** Lists of what actions would change: read, grouped by what is the same on many hosts, shown. */
@NullMarked
package dev.hostler.cli.preview;

import org.jspecify.annotations.NullMarked;
