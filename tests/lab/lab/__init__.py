"""The lab: hosts as network namespaces, real and scripted BGP neighbors, proxies, and vipgate itself.

A test or the demo makes one Lab, builds hosts in it, starts programs in the hosts, and closes it. Whatever happens in
between (an exception, Ctrl-C, SIGTERM), closing ends every process and removes every namespace and file; what a killed
run could not remove, the next one sweeps away. Nothing outside the lab's own namespaces is touched.
"""
