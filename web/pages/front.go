package pages

// frontRoutes is what somebody finds who comes without a path.
func (p *Pages) frontRoutes() { p.get("/", (*visit).front) }

// front shows what Knowhow is; in the demo, its doors too.
func (v *visit) front() error {
	scene, err := v.demo()
	if err != nil {
		return err
	}
	if scene != nil && scene.Stage.Busy() {
		v.w.Header().Set("Refresh", "2")
	}
	return v.show(page{name: "front", title: "front.title", data: scene})
}
