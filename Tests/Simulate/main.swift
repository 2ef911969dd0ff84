import Glibc
import Simulation

exit(Simulate.main(CommandLine.arguments))
