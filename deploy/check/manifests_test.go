// Package check validates the files of deploy. It is a module of its own, so that the
// server does not depend on the Kubernetes types.
package check

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

// kinds are the types of the manifests.
var kinds = map[string]func() any{
	"apps/v1/Deployment":                     func() any { return &appsv1.Deployment{} },
	"v1/Service":                             func() any { return &corev1.Service{} },
	"v1/Namespace":                           func() any { return &corev1.Namespace{} },
	"apps/v1/StatefulSet":                    func() any { return &appsv1.StatefulSet{} },
	"networking.k8s.io/v1/Ingress":           func() any { return &networkingv1.Ingress{} },
	"autoscaling/v2/HorizontalPodAutoscaler": func() any { return &autoscalingv2.HorizontalPodAutoscaler{} },
	"policy/v1/PodDisruptionBudget":          func() any { return &policyv1.PodDisruptionBudget{} },
	"networking.k8s.io/v1/NetworkPolicy":     func() any { return &networkingv1.NetworkPolicy{} },
}

func TestManifestsAreValid(t *testing.T) {
	files, err := filepath.Glob("../kubernetes/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d manifests: %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("\n---")) {
			t.Errorf("%s has more than one object", file)
		}
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal(content, &head); err != nil {
			t.Fatal(err)
		}
		make, known := kinds[head.APIVersion+"/"+head.Kind]
		if !known {
			t.Errorf("%s is a %s %s, which this test does not know", file, head.APIVersion, head.Kind)
			continue
		}
		if err := yaml.UnmarshalStrict(content, make()); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestKustomizationResources(t *testing.T) {
	content, err := os.ReadFile("../kubernetes/kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct{ Resources []string }
	if err := yaml.Unmarshal(content, &kustomization); err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{"kustomization.yaml": true}
	for _, resource := range kustomization.Resources {
		named[resource] = true
	}
	files, err := filepath.Glob("../kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !named[filepath.Base(file)] {
			t.Errorf("kustomization.yaml does not list %s", file)
		}
	}
}

// readManifest decodes a manifest.
func readManifest[T any](t *testing.T, file string) (object T) {
	t.Helper()
	content, err := os.ReadFile("../kubernetes/" + file)
	if err == nil {
		err = yaml.UnmarshalStrict(content, &object)
	}
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// kubectl apply must not reset the autoscaler's number of replicas, and a node can be
// drained at its minimum.
func TestAutoscaler(t *testing.T) {
	if replicas := readManifest[appsv1.Deployment](t, "deployment.yaml").Spec.Replicas; replicas != nil {
		t.Errorf("the deployment has %d replicas", *replicas)
	}
	scaler := readManifest[autoscalingv2.HorizontalPodAutoscaler](t, "autoscaling.yaml").Spec
	if least := readManifest[policyv1.PodDisruptionBudget](t, "disruption.yaml").Spec.MinAvailable; scaler.MinReplicas == nil || int(*scaler.MinReplicas) <= least.IntValue() {
		t.Errorf("no node can be drained: %s of at least %v replicas must be available", least, scaler.MinReplicas)
	}
}

// Valkey's limit is well below that of its container. Otherwise it is killed when it is
// full, instead of refusing writes.
func TestValkeyMemory(t *testing.T) {
	container := readManifest[appsv1.StatefulSet](t, "valkey.yaml").Spec.Template.Spec.Containers[0]
	var compose struct {
		Services map[string]struct {
			Command []string
			Deploy  struct {
				Resources struct{ Limits struct{ Memory string } }
			}
		}
	}
	content, err := os.ReadFile("../compose.yaml")
	if err == nil {
		err = yaml.Unmarshal(content, &compose)
	}
	if err != nil {
		t.Fatal(err)
	}
	valkey := compose.Services["valkey"]
	composed := resource.MustParse(valkey.Deploy.Resources.Limits.Memory)
	for where, c := range map[string]struct {
		command []string
		limit   resource.Quantity
	}{"kubernetes": {container.Args, container.Resources.Limits[corev1.ResourceMemory]}, "compose": {valkey.Command, composed}} {
		at := slices.Index(c.command, "--maxmemory")
		if at < 0 {
			t.Errorf("%s: Valkey has no limit", where)
			continue
		}
		// Redis' mb are 2^20 bytes. Persistence needs memory besides the data.
		own := resource.MustParse(strings.Replace(c.command[at+1], "mb", "Mi", 1))
		if own.Value() == 0 || 4*own.Value() > 3*c.limit.Value() {
			t.Errorf("%s: Valkey's limit is %s, its container's %s", where, own.String(), c.limit.String())
		}
	}
}
