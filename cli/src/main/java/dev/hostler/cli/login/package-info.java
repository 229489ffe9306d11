/** Where the controller is, and with which certificate: login and contexts. */
@NullMarked
package dev.hostler.cli.login;

import org.jspecify.annotations.NullMarked;
