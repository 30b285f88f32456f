#!/usr/bin/python3
# Takes one connection at a port of this machine, and passes on what it and another address say.
# Arguments: the address and its port. Prints the port of this machine. Ends when one side or its
# standard input does.
import select, socket, sys

# A reflector that does not answer is called again.
PATIENCE = 5


def main():
    address, port = sys.argv[1], int(sys.argv[2])
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        print(listener.getsockname()[1], flush=True)
        if sys.stdin in select.select([listener, sys.stdin], [], [])[0]:
            return
        caller, _ = listener.accept()
    called = socket.create_connection((address, port), PATIENCE)
    called.settimeout(None)
    others = {caller: called, called: caller}
    while True:
        for one in select.select([*others, sys.stdin], [], [])[0]:
            said = b"" if one is sys.stdin else one.recv(65536)
            if said == b"":
                return
            others[one].sendall(said)


try:
    main()
except OSError as error:
    sys.exit(str(error))
