/** What hosts, bundles and attempts use: {@code hostler top}, {@code hostler usage}. */
@NullMarked
package dev.hostler.cli.usage;

import org.jspecify.annotations.NullMarked;
