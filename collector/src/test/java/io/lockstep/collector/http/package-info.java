/// The operators' server over real HTTP, and the page in a real browser.
@NullMarked
package io.lockstep.collector.http;

import org.jspecify.annotations.NullMarked;
