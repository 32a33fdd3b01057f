package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const (
	networkFile = "/etc/cni/net.d/10-kindnet.conflist"
	retryAfter  = 2 * time.Second
)

const networkTemplate = `{
  "cniVersion": "0.3.1",
  "name": "kindnet",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": true,
      "mtu": 1500,
      "ipam": {
        "type": "host-local",
        "dataDir": "/run/cni-ipam-state",
        "routes": [{ "dst": "0.0.0.0/0" }],
        "ranges": [[{ "subnet": %q }]]
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
`

// Stands for kind's network daemon, under the manifest that kind writes: pods of this node get addresses out of
// its podCIDR, and the podCIDR of every other node is routed to that node. Network policies are not enforced.
func runPodNetwork() int {
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := refuseUnrouted(os.Getenv("POD_SUBNET")); err != nil {
		fmt.Fprintln(os.Stderr, "refusing what has no route yet:", err)
	}
	if err := keepConnected(stopped, os.Getenv("HOST_IP")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Until a node's route is known, what is meant for its pods must fail at once: by the default route it would leave the
// machine, where somebody may accept it and never answer.
func refuseUnrouted(podSubnets string) error {
	var failures []error
	for _, subnet := range strings.Split(podSubnets, ",") {
		_, destination, err := net.ParseCIDR(subnet)
		if err == nil {
			err = netlink.RouteReplace(&netlink.Route{Dst: destination, Type: syscall.RTN_UNREACHABLE})
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func keepConnected(stopped context.Context, self string) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	// After a restart the service's address leads nowhere, or out of the machine, until kube-proxy is back: a request
	// that somebody there accepts and never answers must not keep the routes waiting.
	config.Timeout = 3 * time.Second
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	for stopped.Err() == nil {
		if err := connectNodes(stopped, client, self); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		select {
		case <-stopped.Done():
		case <-time.After(retryAfter):
		}
	}
	return nil
}

func connectNodes(ctx context.Context, client kubernetes.Interface, self string) error {
	nodes, err := client.CoreV1().Nodes().List(ctx, meta.ListOptions{})
	if err != nil {
		return fmt.Errorf("listing the nodes: %w", err)
	}
	var failures []error
	for _, node := range nodes.Items {
		if err := connect(node, self); err != nil {
			failures = append(failures, fmt.Errorf("node %s: %w", node.Name, err))
		}
	}
	return errors.Join(failures...)
}

func connect(node core.Node, self string) error {
	subnet, address := node.Spec.PodCIDR, internalAddress(node)
	switch {
	case subnet == "" || address == "":
		return nil
	case address == self:
		return writeNetwork(subnet)
	default:
		return routeTo(subnet, address)
	}
}

// The container runtime watches this file: it must never see half of it.
func writeNetwork(subnet string) error {
	wanted := fmt.Sprintf(networkTemplate, subnet)
	if current, _ := os.ReadFile(networkFile); string(current) == wanted {
		return nil
	}
	draft := networkFile + ".new"
	if err := os.WriteFile(draft, []byte(wanted), 0o644); err != nil {
		return err
	}
	return os.Rename(draft, networkFile)
}

func routeTo(subnet, gateway string) error {
	_, destination, err := net.ParseCIDR(subnet)
	if err != nil {
		return err
	}
	return netlink.RouteReplace(&netlink.Route{Dst: destination, Gw: net.ParseIP(gateway)})
}

func internalAddress(node core.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == core.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}
