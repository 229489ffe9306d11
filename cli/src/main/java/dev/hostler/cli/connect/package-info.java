/** Where the controller is and how to talk to it: contexts, TLS, calls, their errors. */
@NullMarked
package dev.hostler.cli.connect;

import org.jspecify.annotations.NullMarked;
